package org.vhostdp.bench.tcp;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.vhostdp.bench.host.Instance;
import org.vhostdp.linux.Capability;

/** What the suite needs of this machine. */
final class Needs {
  private static final Path TUN = Path.of("/dev/net/tun");

  private Needs() {}

  /** A sentence saying why nothing can be measured with this guest here, or empty. */
  static Optional<String> missing(Guest guest) {
    return machine().or(guest::unavailable);
  }

  private static Optional<String> machine() {
    if (!Files.exists(TUN)) {
      return Optional.of(TUN + " is not there: this kernel has no TAP devices.");
    }
    for (int right : new int[] {Capability.CAP_NET_ADMIN, Capability.CAP_SYS_ADMIN}) {
      if (!Capability.has(right)) {
        return Optional.of("This process lacks " + Capability.name(right) + ": run it as root.");
      }
    }
    if (!Files.isExecutable(Instance.launcher())) {
      return Optional.of("There is no " + Instance.launcher() + ": build it with ./build.");
    }
    return program("iperf3", "iperf3")
        .or(() -> program("ip", "iproute2"))
        .or(() -> program("nsenter", "util-linux"));
  }

  private static Optional<String> program(String name, String debianPackage) {
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    boolean found =
        Stream.concat(Arrays.stream(path.split(":")), Stream.of("/usr/sbin", "/sbin"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    return found
        ? Optional.empty()
        : Optional.of(name + " is not installed: apt-get install " + debianPackage + ".");
  }
}
