/** The fixture of our own tests: a fresh database per test class, and waiting without sleeping. */
@NullMarked
package dev.rework.embedded;

import org.jspecify.annotations.NullMarked;
