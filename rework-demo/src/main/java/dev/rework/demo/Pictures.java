package dev.rework.demo;

import dev.rework.Default;
import dev.rework.Operation;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Pictures. */
public final class Pictures {
    private Pictures() {}

    /** Which picture, and how wide it shall be. */
    public record Shrink(String image, @Default("200") int width) {}

    /** What became of it. */
    public record Shrunk(String image, int width, int height, long bytesBefore, long bytesAfter) {}

    /** Shrinks a picture into a file beside it; a missing one is drawn first. */
    @Operation(domain = "demo", timeout = "PT1M", description = "Shrinks a picture")
    public static Shrunk shrink(Shrink input) throws IOException {
        System.setProperty("java.awt.headless", "true");
        Path file = Path.of(input.image());
        if (!Files.exists(file)) {
            draw(file);
            System.out.println("drew " + file.getFileName() + ", " + Files.size(file) + " bytes");
        }
        BufferedImage before = ImageIO.read(file.toFile());
        int height = before.getHeight() * input.width() / before.getWidth();
        BufferedImage after = new BufferedImage(input.width(), height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = after.createGraphics();
        graphics.drawImage(before.getScaledInstance(input.width(), height, Image.SCALE_SMOOTH), 0, 0, null);
        graphics.dispose();
        Path small = file.resolveSibling("small-" + file.getFileName());
        ImageIO.write(after, "png", small.toFile());
        System.out.println("shrank it to " + input.width() + " x " + height);
        return new Shrunk(small.toString(), input.width(), height, Files.size(file), Files.size(small));
    }

    private static void draw(Path file) throws IOException {
        BufferedImage picture = new BufferedImage(1200, 800, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setPaint(new GradientPaint(0, 0, new Color(0x1d3557), 0, 800, new Color(0xf1a66a)));
        graphics.fillRect(0, 0, 1200, 800);
        graphics.setColor(new Color(0xfff3c4));
        graphics.fillOval(820, 430, 220, 220);
        graphics.setColor(new Color(0x14213d));
        for (int i = 0; i < 9; i++) {
            int height = 120 + (i * 97) % 240;
            graphics.fillRect(40 + i * 130, 800 - height, 96, height);
        }
        graphics.dispose();
        Files.createDirectories(file.toAbsolutePath().getParent());
        ImageIO.write(picture, "png", file.toFile());
    }
}
