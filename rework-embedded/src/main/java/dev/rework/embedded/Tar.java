package dev.rework.embedded;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** Reads a tar stream of plain files, folders and links (ustar with GNU long names) into a folder. */
final class Tar {

    private static final int BLOCK = 512;

    private final InputStream in;
    private final Path into;

    private Tar(InputStream in, Path into) {
        this.in = in;
        this.into = into.toAbsolutePath().normalize();
    }

    /** Unpacks everything; an entry that would leave the folder, or of an unknown kind, is an error. */
    static void unpack(InputStream in, Path into) throws IOException {
        new Tar(in, into).unpackAll();
    }

    private void unpackAll() throws IOException {
        byte[] header = new byte[BLOCK];
        String longName = "";
        String longLink = "";
        while (readBlock(header) && header[0] != 0) {
            long size = octal(header, 124, 12);
            switch (header[156]) {
                case 'L' -> longName = readText(size);
                case 'K' -> longLink = readText(size);
                case 'g', 'x' -> skipPadded(size);
                default -> {
                    String name = longName.isEmpty() ? name(header) : longName;
                    String link = longLink.isEmpty() ? text(header, 157, 100) : longLink;
                    entry(header, inside(name), link, size);
                    longName = "";
                    longLink = "";
                }
            }
        }
    }

    private void entry(byte[] header, Path target, String link, long size) throws IOException {
        switch (header[156]) {
            case '5' -> Files.createDirectories(target);
            case '2' -> {
                inside(into.relativize(target.resolveSibling(link).normalize()).toString());
                Files.createDirectories(target.getParent());
                Files.createSymbolicLink(target, Path.of(link));
            }
            case '1' -> Files.createLink(target, inside(link));
            case '0', 0 -> {
                Files.createDirectories(target.getParent());
                copy(target, size);
                Files.setPosixFilePermissions(target, permissions(octal(header, 100, 8)));
            }
            default -> throw new IOException("unknown kind of tar entry for " + target);
        }
    }

    private void copy(Path target, long size) throws IOException {
        byte[] buffer = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(target)) {
            for (long left = size; left > 0; ) {
                int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (n < 0) {
                    throw new EOFException("tar ends inside " + target);
                }
                out.write(buffer, 0, n);
                left -= n;
            }
        }
        in.skipNBytes(padding(size));
    }

    private Path inside(String name) throws IOException {
        Path target = into.resolve(name).normalize();
        if (!target.startsWith(into)) {
            throw new IOException("tar entry leaves its folder: " + name);
        }
        return target;
    }

    private boolean readBlock(byte[] block) throws IOException {
        int n = in.readNBytes(block, 0, BLOCK);
        if (n != 0 && n != BLOCK) {
            throw new EOFException("tar ends inside a header");
        }
        return n == BLOCK;
    }

    private String readText(long size) throws IOException {
        byte[] bytes = in.readNBytes((int) size);
        in.skipNBytes(padding(size));
        return text(bytes, 0, bytes.length);
    }

    private void skipPadded(long size) throws IOException {
        in.skipNBytes(size + padding(size));
    }

    private static long padding(long size) {
        return (BLOCK - size % BLOCK) % BLOCK;
    }

    private static String name(byte[] header) {
        String prefix = text(header, 345, 155);
        String name = text(header, 0, 100);
        boolean ustar = text(header, 257, 6).equals("ustar");
        return ustar && !prefix.isEmpty() ? prefix + "/" + name : name;
    }

    private static String text(byte[] bytes, int offset, int length) {
        int end = offset;
        while (end < offset + length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, offset, end - offset, StandardCharsets.UTF_8);
    }

    private static long octal(byte[] bytes, int offset, int length) {
        String digits = text(bytes, offset, length).trim();
        return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    }

    private static Set<PosixFilePermission> permissions(long mode) {
        PosixFilePermission[] lowToHigh = {
            PosixFilePermission.OTHERS_EXECUTE, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_READ,
            PosixFilePermission.GROUP_EXECUTE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.GROUP_READ,
            PosixFilePermission.OWNER_EXECUTE, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_READ
        };
        Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < lowToHigh.length; bit++) {
            if ((mode >> bit & 1) == 1) {
                set.add(lowToHigh[bit]);
            }
        }
        return set;
    }
}
