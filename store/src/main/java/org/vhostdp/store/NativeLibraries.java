package org.vhostdp.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether shared libraries are on this machine, without loading them: in the dynamic linker's cache
 * (ld.so.cache(5)), in its usual folders, or in the driver's own lib folder.
 */
final class NativeLibraries {
  private static final Path CACHE = Path.of("/etc/ld.so.cache");
  private static final long MOST_BYTES = 64 << 20;
  private static final List<String> FOLDERS =
      List.of("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib");

  private NativeLibraries() {}

  /**
   * Refuses a driver if a library that it names is missing.
   *
   * @throws DriverRefused naming the libraries
   */
  static void check(DriverDescriptor d) throws DriverRefused {
    if (d.libraries().isEmpty()) {
      return;
    }
    byte[] cache = cache();
    List<String> missing =
        d.libraries().stream().filter(name -> !isThere(name, d, cache)).sorted().toList();
    if (!missing.isEmpty()) {
      throw new DriverRefused(
          "The driver %s %s needs the shared librar%s %s, which this machine does not have. Install"
                  .formatted(
                      d.id(),
                      d.version(),
                      missing.size() == 1 ? "y" : "ies",
                      String.join(", ", missing))
              + " the system's package that has it, or name its folder in LD_LIBRARY_PATH.");
    }
  }

  private static boolean isThere(String name, DriverDescriptor d, byte[] cache) {
    // A name stands there by itself, or as the end of its path.
    for (String before : List.of("\0", "/")) {
      if (contains(cache, (before + name + "\0").getBytes(StandardCharsets.ISO_8859_1))) {
        return true;
      }
    }
    List<Path> folders = new ArrayList<>();
    folders.add(d.folder().resolve("lib"));
    FOLDERS.forEach(folder -> folders.add(Path.of(folder)));
    String more = System.getenv("LD_LIBRARY_PATH");
    for (String folder : more == null ? new String[0] : more.split(":")) {
      if (!folder.isBlank()) {
        folders.add(Path.of(folder));
      }
    }
    return folders.stream().anyMatch(folder -> Files.isRegularFile(folder.resolve(name)));
  }

  private static byte[] cache() {
    try {
      return Files.size(CACHE) > MOST_BYTES ? new byte[0] : Files.readAllBytes(CACHE);
    } catch (IOException e) {
      // Other C libraries than glibc have none; the folders are searched all the same.
      return new byte[0];
    }
  }

  private static boolean contains(byte[] text, byte[] word) {
    int last = text.length - word.length;
    for (int i = 0; i <= last; i++) {
      int j = 0;
      while (j < word.length && text[i + j] == word[j]) {
        j++;
      }
      if (j == word.length) {
        return true;
      }
    }
    return false;
  }
}
