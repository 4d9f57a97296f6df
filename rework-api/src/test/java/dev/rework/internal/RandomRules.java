package dev.rework.internal;

import java.util.Random;

/** Random cron rules: most are well formed, some are not. */
final class RandomRules {
    private static final int[][] BOUNDS = {{0, 59}, {0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 7}};
    private static final String NOISE = "*?/-,LW#0123456789 @aMON\u00e9\u0000\n";

    private RandomRules() {}

    static String next(Random random) {
        StringBuilder rule = new StringBuilder();
        for (int field = random.nextInt(2); field < 6; field++) {
            rule.append(rule.isEmpty() ? "" : " ").append(field(random, field));
        }
        for (int i = random.nextInt(12) - 9; i > 0; i--) {
            rule.insert(random.nextInt(rule.length() + 1), NOISE.charAt(random.nextInt(NOISE.length())));
        }
        return rule.toString();
    }

    private static String field(Random random, int field) {
        int low = BOUNDS[field][0];
        int high = BOUNDS[field][1];
        int one = low + random.nextInt(high - low + 1);
        int other = low + random.nextInt(high - low + 1);
        return switch (random.nextInt(field == 3 ? 11 : 9)) {
            case 0, 1, 2 -> "*";
            case 3 -> "*/" + (1 + random.nextInt(high));
            case 4 -> Math.min(one, other) + "-" + Math.max(one, other);
            case 5 -> one + "," + other;
            case 6 -> one + "/" + (1 + random.nextInt(high));
            case 9 -> "L";
            case 10 -> one + "W";
            default -> "" + one;
        };
    }
}
