package org.vhostdp.bench.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Resident memory of a process, bytes.
 *
 * @param anonymous its own: heap, compiled code, stacks, buffers
 * @param files pages of files, such as libraries; most are shared with other processes
 * @param shared pages of shared memory it has touched: guests' memory
 * @param huge huge pages mapped, which the kernel does not count as resident
 */
public record Footprint(long anonymous, long files, long shared, long huge) {
  /** Reads it now. */
  public static Footprint of(long pid) throws IOException {
    return parse(Files.readString(Path.of("/proc", "" + pid, "status")));
  }

  static Footprint parse(String status) throws IOException {
    return new Footprint(
        field(status, "RssAnon"),
        field(status, "RssFile"),
        field(status, "RssShmem"),
        field(status, "HugetlbPages"));
  }

  private static long field(String status, String name) throws IOException {
    String line =
        status
            .lines()
            .filter(l -> l.startsWith(name + ":"))
            .findFirst()
            .orElseThrow(() -> new IOException("The kernel does not tell " + name + "."));
    return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
  }

  /** What {@code ps} calls RSS. */
  public long resident() {
    return anonymous + files + shared;
  }

  /** Under the keys of the suite's metrics. */
  Map<String, Double> values() {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("resident", (double) resident());
    values.put("own", (double) (anonymous + files));
    values.put("shared", (double) shared);
    values.put("huge", (double) huge);
    return values;
  }
}
