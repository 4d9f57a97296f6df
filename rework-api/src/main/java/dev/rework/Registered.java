package dev.rework;

/** What a registration did: how many operations were new on this host, and how many were known. */
public record Registered(int added, int known) {}
