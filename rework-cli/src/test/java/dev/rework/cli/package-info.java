/** The command line, run in this process and through the launcher, on real databases. */
@NullMarked
package dev.rework.cli;

import org.jspecify.annotations.NullMarked;
