package dev.rework.internal.db;

/**
 * Asks for tasks.
 *
 * @param from look from this place on
 * @param most how many at most
 */
public record Ask(Lane lane, Place from, int most) {}
