/** The peers at their best documented settings, each in a process of its own. */
@NullMarked
package dev.rework.bench.peers;

import org.jspecify.annotations.NullMarked;
