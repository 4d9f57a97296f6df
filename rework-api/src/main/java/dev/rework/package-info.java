/** What callers and operations compile against. */
@NullMarked
package dev.rework;

import org.jspecify.annotations.NullMarked;
