package dev.rework.bench;

import java.util.List;
import java.util.Locale;

/** A small horizontal bar chart as SVG, readable on light and dark pages. */
final class Chart {
    private static final int LABEL = 230;
    private static final int BARS = 330;
    private static final int ROW = 22;

    private Chart() {}

    /** @param ours drawn in the stronger colour */
    record Bar(String label, double value, boolean ours) {}

    static String svg(String title, List<Bar> bars) {
        double most = bars.stream().mapToDouble(Bar::value).max().orElse(1);
        int height = 34 + ROW * bars.size();
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %1$d %2$d\""
                        + " font-family=\"sans-serif\" font-size=\"12\" fill=\"#777\" role=\"img\">%n<title>%3$s</title>%n"
                        + "<text x=\"0\" y=\"16\" font-size=\"14\" font-weight=\"bold\">%3$s</text>%n",
                LABEL + BARS + 90,
                height,
                escaped(title)));
        int y = 34;
        for (Bar bar : bars) {
            double width = Math.max(1, BARS * bar.value() / most);
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                            + "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"14\" rx=\"2\" fill=\"%s\"/>"
                            + "<text x=\"%.1f\" y=\"%d\">%s</text>%n",
                    LABEL - 8,
                    y + 11,
                    escaped(bar.label()),
                    LABEL,
                    y,
                    width,
                    bar.ours() ? "#2a78d6" : "#b5bcc6",
                    LABEL + width + 6,
                    y + 11,
                    Goal.number(bar.value())));
            y += ROW;
        }
        return svg.append("</svg>\n").toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
