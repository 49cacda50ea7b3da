package org.vhostdp.driver.dpdk.eal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel has of huge pages that nobody uses. */
public final class HugePages {
  private static final Path SIZES = Path.of("/sys/kernel/mm/hugepages");
  private static final String PREFIX = "hugepages-";
  private static final String SUFFIX = "kB";

  private HugePages() {}

  /** Bytes in huge pages that are free and not promised to anybody, of all sizes. */
  public static long free() {
    long bytes = 0;
    try (DirectoryStream<Path> sizes = Files.newDirectoryStream(SIZES, PREFIX + "*" + SUFFIX)) {
      for (Path size : sizes) {
        bytes += kilobytes(size) * 1024 * Math.max(0, count(size, "free") - count(size, "resv"));
      }
    } catch (IOException e) {
      // A kernel without huge pages lacks the folder.
      return 0;
    }
    return bytes;
  }

  private static long kilobytes(Path size) {
    String name = size.getFileName().toString();
    return Long.parseLong(name.substring(PREFIX.length(), name.length() - SUFFIX.length()));
  }

  private static long count(Path size, String kind) throws IOException {
    return Long.parseLong(Files.readString(size.resolve(kind + "_hugepages")).strip());
  }
}
