package dev.rework.internal.db;

/**
 * Asks for tasks.
 *
 * @param from look from this place on
 * @param most how many at most
 * @param untouched passes by what another transaction has locked, now or ever, without trying its lock, which costs more
 *     than a claim: workers that empty one queue side by side meet each other's claims all the time. Now and then somebody
 *     must ask for all: a claim that was broken off, or a key that was checked, leaves its mark for good
 */
public record Ask(Lane lane, Place from, int most, boolean untouched) {

    /** Asks for whatever can be locked. */
    public Ask(Lane lane, Place from, int most) {
        this(lane, from, most, false);
    }

    /** The same for fewer, or as many. */
    public Ask atMost(int fewer) {
        return new Ask(lane, from, fewer, untouched);
    }
}
