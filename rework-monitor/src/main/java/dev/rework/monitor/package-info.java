/** The monitor process: it owns the workers of a domain on a host. */
@NullMarked
package dev.rework.monitor;

import org.jspecify.annotations.NullMarked;
