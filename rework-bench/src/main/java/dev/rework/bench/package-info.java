/** Measures rework beside its floors and its peers, each run interleaved on one server with durable settings. */
@NullMarked
package dev.rework.bench;

import org.jspecify.annotations.NullMarked;
