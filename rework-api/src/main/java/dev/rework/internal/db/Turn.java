package dev.rework.internal.db;

import java.util.List;
import java.util.Set;

/**
 * What a turn brought.
 *
 * @param claims in the order they should run
 * @param settled ids whose outcome counted; for the others see {@link TaskQueue#readBack}
 * @param alive false when somebody has declared this worker dead: nothing was done
 */
public record Turn(List<Claim> claims, Set<Long> settled, boolean alive) {}
