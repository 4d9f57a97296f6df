/** Shared by rework's own modules, nobody else's: may change without notice. */
@NullMarked
package dev.rework.internal;

import org.jspecify.annotations.NullMarked;
