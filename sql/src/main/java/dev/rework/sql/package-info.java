/** The schema {@code rework} of a database: its numbered migrations and what applies them. */
@NullMarked
package dev.rework.sql;

import org.jspecify.annotations.NullMarked;
