package dev.rework.demo;

import dev.rework.Default;
import dev.rework.Operation;
import dev.rework.TaskContext;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Sales of a few shops: written into files, read back and summed up, and made into a report. */
public final class Sales {
    private static final System.Logger LOG = System.getLogger("demo.sales");
    private static final List<String> SHOPS = List.of("Lyon", "Nantes", "Lille", "Nice", "Brest", "Pau");

    private Sales() {}

    /** Where, and how much. */
    public record Make(
            String folder,
            @Default("4") int shops,
            @Default("20000") int rows) {}

    /** What was made. */
    public record Made(int files, int rows) {}

    /** One file of sales per shop; one row in 5000 is spoilt on purpose. */
    @Operation(domain = "demo", description = "Writes a file of sales for each shop")
    public static Made make_sales(Make make) throws IOException {
        Files.createDirectories(Path.of(make.folder()));
        int shops = Math.min(make.shops(), SHOPS.size());
        for (int shop = 0; shop < shops; shop++) {
            Path file = Path.of(make.folder(), SHOPS.get(shop).toLowerCase(Locale.ROOT) + ".csv");
            write(file, SHOPS.get(shop), make.rows());
            System.out.println("wrote " + make.rows() + " sales of " + SHOPS.get(shop) + " to " + file.getFileName());
        }
        return new Made(shops, shops * make.rows());
    }

    private static void write(Path file, String shop, int rows) throws IOException {
        Random random = new Random(shop.hashCode());
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("shop,cents\n");
            for (int i = 1; i <= rows; i++) {
                out.write(shop + "," + (i % 5000 == 0 ? "??" : Integer.toString(random.nextInt(20_000))) + "\n");
            }
        }
    }

    /** Where the files are. */
    public record Folder(String folder) {}

    /** What they come to. */
    public record Summary(int files, int rows, int skipped, Map<String, Long> centsByShop, String best) {}

    /** Reads all of them, leaving out what is spoilt, and says how far it is. */
    @Operation(domain = "demo", timeout = "PT1M", description = "Sums up the sales in a folder, shop by shop")
    public static Summary summarise(Folder input, TaskContext task) throws IOException, InterruptedException {
        Map<String, Long> cents = new TreeMap<>();
        List<Path> files = files(Path.of(input.folder()));
        int rows = 0;
        int skipped = 0;
        for (int i = 0; i < files.size(); i++) {
            List<String> lines = Files.readAllLines(files.get(i));
            int bad = 0;
            for (String line : lines.subList(1, lines.size())) {
                String[] fields = line.split(",", 2);
                if (fields[1].chars().allMatch(Character::isDigit)) {
                    cents.merge(fields[0], Long.parseLong(fields[1]), Long::sum);
                } else {
                    bad++;
                }
            }
            rows += lines.size() - 1;
            skipped += bad;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "left out " + bad + " spoilt rows of " + files.get(i).getFileName());
            task.progress(i + 1, files.size(), files.get(i).getFileName() + " read");
            Thread.sleep(400); // for people to see it move
        }
        String best = cents.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse("nobody");
        return new Summary(files.size(), rows, skipped, cents, best);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return new ArrayList<>(all.filter(file -> file.toString().endsWith(".csv"))
                    .sorted()
                    .toList());
        }
    }

    /** What the report is made of. */
    public record Report(String folder, Summary summary, String picture) {}

    /** Where it is. */
    public record Written(String file, long bytes) {}

    /** A page with the sums and the picture. */
    @Operation(domain = "demo", description = "Writes a report as an HTML page")
    public static Written write_report(Report report) throws IOException {
        StringBuilder page =
                new StringBuilder("<!doctype html><meta charset=utf-8><title>Sales</title>\n<h1>Sales</h1>\n");
        page.append("<img src=\"")
                .append(Path.of(report.picture()).getFileName())
                .append("\">\n<table>\n");
        report.summary()
                .centsByShop()
                .forEach((shop, cents) -> page.append("<tr><td>")
                        .append(shop)
                        .append(String.format(Locale.ROOT, "<td align=right>%,.2f €\n", cents / 100.0)));
        page.append("</table>\n<p>Best: ").append(report.summary().best()).append("</p>\n");
        Path file = Path.of(report.folder(), "report.html");
        Files.writeString(file, page);
        System.out.println("report of " + report.summary().files() + " shops in " + file);
        return new Written(file.toString(), Files.size(file));
    }

    /** Which file. */
    public record File(String file) {}

    /** As summarise, without its care: the first spoilt row ends it. */
    @Operation(domain = "demo", description = "Adds up one file and trusts every row: fails at the first spoilt one")
    public static long add_up(File input) throws IOException {
        List<String> lines = Files.readAllLines(Path.of(input.file()));
        System.out.println("adding up " + (lines.size() - 1) + " rows");
        long sum = 0;
        for (int i = 1; i < lines.size(); i++) {
            try {
                sum += Long.parseLong(lines.get(i).split(",", 2)[1]);
            } catch (NumberFormatException e) {
                throw new IllegalStateException("line " + (i + 1) + " of " + input.file() + " is no sale", e);
            }
        }
        return sum;
    }
}
