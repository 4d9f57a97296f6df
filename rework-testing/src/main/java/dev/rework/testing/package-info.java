/** Tests of operations: a fresh database, a monitor to step, real workers, or the test's own thread. */
@NullMarked
package dev.rework.testing;

import org.jspecify.annotations.NullMarked;
