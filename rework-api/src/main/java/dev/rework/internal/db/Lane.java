package dev.rework.internal.db;

/**
 * What a worker serves: an operation on one host, or on any.
 *
 * @param host empty for tasks that any host may run
 */
public record Lane(long operation, String host) {}
