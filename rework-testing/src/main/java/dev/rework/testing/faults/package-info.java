/** Faults to order, and witnesses to them: for rework's own storms and for whoever wants to see their operations survive one. */
@NullMarked
package dev.rework.testing.faults;

import org.jspecify.annotations.NullMarked;
