/** The worker process: claims tasks, runs their operations one at a time, settles what came of them. */
@NullMarked
package dev.rework.worker;

import org.jspecify.annotations.NullMarked;
