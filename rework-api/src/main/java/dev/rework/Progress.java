package dev.rework;

/** How far a task says it is. */
public record Progress(long done, long total, String message) {}
