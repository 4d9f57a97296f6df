/** The stores: one per table, each the only writer of its table. */
@NullMarked
package dev.rework.internal.db;

import org.jspecify.annotations.NullMarked;
