package org.vhostdp.store.install;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vhostdp.attest.Sha256;

/** Versions of a driver that were active before, the latest last. Under the store's lock. */
final class History {
  private static final int MOST = 10;
  private static final long MOST_BYTES = 64 * 1024;

  private final Path file;

  /**
   * @param folder the store's folder of histories
   */
  History(Path folder, String id) {
    this.file = folder.resolve(id);
  }

  /** Their digests; a line that is none is passed over. */
  List<String> read() throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > MOST_BYTES) {
      return List.of();
    }
    // Any byte is a character of ISO 8859-1: a damaged history is a short one, and stops nobody.
    return Files.readAllLines(file, StandardCharsets.ISO_8859_1).stream()
        .filter(Sha256::isDigest)
        .toList();
  }

  /** Adds one at the end. */
  void push(String sha) throws IOException {
    List<String> all = new ArrayList<>(read());
    all.remove(sha);
    all.add(sha);
    write(all.subList(Math.max(0, all.size() - MOST), all.size()));
  }

  /** Forgets one. */
  void drop(String sha) throws IOException {
    List<String> all = new ArrayList<>(read());
    if (all.remove(sha)) {
      write(all);
    }
  }

  private void write(List<String> all) throws IOException {
    if (all.isEmpty()) {
      Files.deleteIfExists(file);
    } else {
      Files.createDirectories(file.getParent());
      Folders.write(file, String.join("\n", all) + "\n");
    }
  }
}
