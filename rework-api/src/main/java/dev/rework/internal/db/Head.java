package dev.rework.internal.db;

/** A lane's first task. */
public record Head(Lane lane, Place place) {}
