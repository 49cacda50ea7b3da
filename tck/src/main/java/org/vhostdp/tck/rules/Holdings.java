package org.vhostdp.tck.rules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What the kernel keeps for this process. */
final class Holdings {
  private Holdings() {}

  /** What each open descriptor is, by its number; jars that Java opens as it needs are left out. */
  static Map<String, String> descriptors() throws IOException {
    Map<String, String> open = new TreeMap<>();
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : all.toList()) {
        try {
          open.put(
              descriptor.getFileName().toString(), Files.readSymbolicLink(descriptor).toString());
        } catch (NoSuchFileException closed) {
          open.remove(descriptor.getFileName().toString());
        }
      }
    }
    open.values().removeIf(target -> target.endsWith(".jar") || target.endsWith("/fd"));
    return open;
  }

  /** Mapped files, devices and descriptors without a name, one for each range of addresses. */
  static List<String> named() throws IOException {
    List<String> names = new ArrayList<>();
    for (String line : maps()) {
      String[] words = line.split("\\s+", 6);
      String name = words.length == 6 ? words[5] : "";
      boolean device = name.startsWith("/dev/") || name.startsWith("/memfd:");
      if (device || name.startsWith("anon_inode:") || name.startsWith("/anon_hugepage")) {
        names.add(name);
      }
    }
    return names;
  }

  /** Whether an address is mapped. */
  static boolean mapped(long address) throws IOException {
    for (String line : maps()) {
      int dash = line.indexOf('-');
      long first = Long.parseUnsignedLong(line.substring(0, dash), 16);
      long end = Long.parseUnsignedLong(line.substring(dash + 1, line.indexOf(' ')), 16);
      if (Long.compareUnsigned(first, address) <= 0 && Long.compareUnsigned(address, end) < 0) {
        return true;
      }
    }
    return false;
  }

  private static List<String> maps() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps"));
  }

  /** Ports of IP sockets in this process, such as "udp 4789". */
  static List<String> ipPorts() throws IOException {
    List<String> inodes = new ArrayList<>();
    for (String target : descriptors().values()) {
      if (target.startsWith("socket:[")) {
        inodes.add(target.substring("socket:[".length(), target.length() - 1));
      }
    }
    List<String> ports = new ArrayList<>();
    for (String kind : List.of("tcp", "tcp6", "udp", "udp6", "raw", "raw6")) {
      Path table = Path.of("/proc/thread-self/net/" + kind);
      if (Files.exists(table)) {
        for (String line : Files.readAllLines(table)) {
          String[] words = line.strip().split("\\s+");
          if (words.length > 9 && inodes.contains(words[9])) {
            String hex = words[1].substring(words[1].indexOf(':') + 1);
            ports.add(kind + " " + Integer.parseInt(hex, 16));
          }
        }
      }
    }
    return ports;
  }
}
