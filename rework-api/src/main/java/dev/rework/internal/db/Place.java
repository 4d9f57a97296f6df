package dev.rework.internal.db;

/**
 * A place in a lane: claims go in this order.
 *
 * @param runAt microseconds since 1970
 */
public record Place(int rank, long runAt, long id) implements Comparable<Place> {
    /** Before every task. */
    public static final Place FIRST = new Place(Integer.MIN_VALUE, 0, Long.MIN_VALUE);

    @Override
    public int compareTo(Place other) {
        int order = Integer.compare(rank, other.rank);
        order = order != 0 ? order : Long.compare(runAt, other.runAt);
        return order != 0 ? order : Long.compare(id, other.id);
    }
}
