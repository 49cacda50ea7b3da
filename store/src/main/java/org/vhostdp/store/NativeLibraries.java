package org.vhostdp.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Whether shared libraries are on this machine, without loading them: in the dynamic linker's cache
 * (ld.so.cache(5)), in its usual folders, or in the driver's own lib folder.
 */
final class NativeLibraries {
  private static final Path CACHE = Path.of("/etc/ld.so.cache");
  private static final Pattern LIBRARY_NUMBER = Pattern.compile("\\.so\\.\\d{1,9}$");
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
          "The driver %s %s needs the shared librar%s %s, which this machine does not have. %s, or name its folder in LD_LIBRARY_PATH."
              .formatted(
                  d.id(),
                  d.version(),
                  missing.size() == 1 ? "y" : "ies",
                  String.join(", ", missing),
                  advice(d, missing, cache)));
    }
  }

  private static String advice(DriverDescriptor d, List<String> missing, byte[] cache) {
    List<String> packages =
        missing.stream().map(d.packages()::get).filter(Objects::nonNull).distinct().toList();
    List<String> others =
        missing.stream().flatMap(name -> otherVersions(name, cache).stream()).sorted().toList();
    String has = others.isEmpty() ? "" : "It has " + String.join(", ", others) + ". ";
    return has
        + (packages.isEmpty()
            ? "Install the system's package that has it"
            : "Install %s (Debian: apt install %s)"
                .formatted(missing.size() == 1 ? "it" : "them", String.join(" ", packages)));
  }

  /** The same library's names in the cache with another number, which is another interface. */
  private static Set<String> otherVersions(String name, byte[] cache) {
    int number = name.indexOf(".so.");
    if (number < 0) {
      return Set.of();
    }
    byte[] stem =
        ("/" + name.substring(0, number + ".so.".length())).getBytes(StandardCharsets.ISO_8859_1);
    Set<String> names = new TreeSet<>();
    for (int at = indexOf(cache, stem, 0); at >= 0; at = indexOf(cache, stem, at + 1)) {
      int end = at;
      while (end < cache.length && cache[end] != 0) {
        end++;
      }
      String found = new String(cache, at + 1, end - at - 1, StandardCharsets.ISO_8859_1);
      if (LIBRARY_NUMBER.matcher(found).find()) {
        names.add(found);
      }
    }
    return names;
  }

  private static boolean isThere(String name, DriverDescriptor d, byte[] cache) {
    if (isCached(name, cache)) {
      return true;
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

  /** Whether the cache has a path of it that is still true: ldconfig(8) may be owed since. */
  private static boolean isCached(String name, byte[] cache) {
    byte[] end = ("/" + name + "\0").getBytes(StandardCharsets.ISO_8859_1);
    for (int at = indexOf(cache, end, 0); at >= 0; at = indexOf(cache, end, at + 1)) {
      int first = at;
      while (first > 0 && cache[first - 1] != 0) {
        first--;
      }
      int length = at + end.length - 1 - first;
      String path = new String(cache, first, length, StandardCharsets.ISO_8859_1);
      if (path.startsWith("/") && Files.isRegularFile(Path.of(path))) {
        return true;
      }
    }
    return false;
  }

  private static byte[] cache() {
    try {
      return Files.size(CACHE) > MOST_BYTES ? new byte[0] : Files.readAllBytes(CACHE);
    } catch (IOException e) {
      // Other C libraries than glibc have none; the folders are searched all the same.
      return new byte[0];
    }
  }

  /** Where a word begins first, from an index on; -1 if nowhere. */
  private static int indexOf(byte[] text, byte[] word, int from) {
    int last = text.length - word.length;
    for (int i = from; i <= last; i++) {
      int j = 0;
      while (j < word.length && text[i + j] == word[j]) {
        j++;
      }
      if (j == word.length) {
        return i;
      }
    }
    return -1;
  }
}
