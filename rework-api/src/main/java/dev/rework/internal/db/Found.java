package dev.rework.internal.db;

import java.util.List;

/**
 * What an idle worker that was woken has found and claimed: of one lane, in the order in which they should run.
 *
 * @param lane that of the first task of all
 */
public record Found(Lane lane, List<Claim> claims) {}
