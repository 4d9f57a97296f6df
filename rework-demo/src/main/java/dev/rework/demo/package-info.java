/** The operations that {@code rework demo} registers and runs: ordinary user code over the public API. */
@NullMarked
package dev.rework.demo;

import org.jspecify.annotations.NullMarked;
