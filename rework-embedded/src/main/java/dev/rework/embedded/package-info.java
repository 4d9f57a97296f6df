/** A real Postgres for people who have none configured: unpacked from a jar, loopback only, with a password, durable. */
@NullMarked
package dev.rework.embedded;

import org.jspecify.annotations.NullMarked;
