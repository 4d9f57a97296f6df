package dev.rework.testing.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A file system of a few megabytes in memory, which can be filled to the last byte. Needs root. */
public final class SmallDisk implements AutoCloseable {

    private final Path folder;
    private final Path ballast;

    private SmallDisk(Path folder) {
        this.folder = folder;
        this.ballast = folder.resolve("ballast");
    }

    /** Why this machine can not have one; empty when it can. */
    public static Optional<String> missing(Path somewhere) throws IOException {
        Path probe = Files.createTempDirectory(somewhere, "probe");
        boolean works = Shell.works("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", probe.toString());
        if (works) {
            Shell.works("umount", "-l", probe.toString());
        }
        Files.delete(probe);
        return works ? Optional.empty() : Optional.of("no file system can be mounted here (it needs root)");
    }

    /** Mounts one over a folder, with what was in that folder. */
    public static SmallDisk over(Path folder, int megabytes) throws IOException {
        Path aside = folder.resolveSibling(folder.getFileName() + ".aside");
        Shell.run("mv", folder.toString(), aside.toString());
        Files.createDirectory(folder);
        Shell.run("chmod", "--reference=" + aside, folder.toString());
        Shell.run("chown", "--reference=" + aside, folder.toString());
        String owner = Shell.run("stat", "-c", "uid=%u,gid=%g,mode=%a", aside.toString());
        Shell.run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m," + owner, "tmpfs", folder.toString());
        SmallDisk disk = new SmallDisk(folder);
        Shell.run("cp", "-a", aside + "/.", folder.toString());
        Shell.run("rm", "-rf", aside.toString());
        return disk;
    }

    /** Takes all room there is. */
    public void fill() throws IOException {
        byte[] block = new byte[64 * 1024];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            for (int size = block.length; size > 0; ) {
                size = written(out, block, size) ? size : size / 2;
            }
        }
    }

    private static boolean written(OutputStream out, byte[] block, int size) {
        try {
            out.write(block, 0, size);
            return true;
        } catch (IOException full) {
            return false;
        }
    }

    /** Gives back what {@link #fill} took. */
    public void free() throws IOException {
        Files.deleteIfExists(ballast);
    }

    /** Bytes that are left. */
    public long left() throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    @Override
    public void close() {
        Shell.works("umount", "-l", folder.toString());
    }
}
