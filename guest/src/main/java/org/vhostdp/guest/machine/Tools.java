package org.vhostdp.guest.machine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Programs that a guest needs on this machine, and the packages they come from. */
final class Tools {
  /** What every guest needs, as {@link #missing} takes it. */
  static final String OF_ANY_GUEST =
      "modprobe=kmod ip=iproute2 bash=bash mount=mount timeout=coreutils setsid=util-linux"
          + " setpriv=util-linux";

  private static final List<String> ALWAYS = List.of("/usr/sbin", "/sbin");

  private Tools() {}

  /** A program by name on PATH or among the administrator's programs. */
  static Optional<Path> find(String program) {
    List<String> folders = new ArrayList<>();
    folders.addAll(List.of(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":")));
    folders.addAll(ALWAYS);
    return folders.stream()
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * A sentence naming what is missing, or empty.
   *
   * @param needed words of the form program=package
   */
  static Optional<String> missing(String purpose, String needed) {
    List<String> programs = new ArrayList<>();
    Set<String> packages = new LinkedHashSet<>();
    for (String word : needed.split(" ")) {
      String[] pair = word.split("=", 2);
      if (find(pair[0]).isEmpty()) {
        programs.add(pair[0]);
        packages.add(pair[1]);
      }
    }
    if (programs.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        "%s needs what is not installed here (%s): apt-get install %s."
            .formatted(purpose, String.join(", ", programs), String.join(" ", packages)));
  }
}
