/** Tests of the schema, on a real Postgres. */
@NullMarked
package dev.rework.sql;

import org.jspecify.annotations.NullMarked;
