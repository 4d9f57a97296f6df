/** The {@code rework} command: one class per verb, over the stores of {@code rework-api}. */
@NullMarked
package dev.rework.cli;

import org.jspecify.annotations.NullMarked;
