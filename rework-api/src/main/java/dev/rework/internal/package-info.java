/** Types shared by rework's own modules; nobody else's. */
@NullMarked
package dev.rework.internal;

import org.jspecify.annotations.NullMarked;
