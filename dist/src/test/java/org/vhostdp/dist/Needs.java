package org.vhostdp.dist;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.vhostdp.linux.Capability;

/** What a test needs of the machine; without it the test is skipped with a sentence. */
final class Needs {
  private static final Path TUN = Path.of("/dev/net/tun");

  private Needs() {}

  /** The right to make network namespaces and TAPs in them. */
  static void taps() {
    that(Files.exists(TUN), TUN + " is not there: this kernel has no TAP devices");
    int[] rights = {Capability.CAP_NET_ADMIN, Capability.CAP_NET_RAW, Capability.CAP_SYS_ADMIN};
    for (int right : rights) {
      that(Capability.has(right), "this process lacks " + Capability.name(right) + ": run as root");
    }
  }

  /** A program on PATH or among the administrator's. */
  static void program(String name, String debianPackage) {
    that(find(name) != null, name + " is not installed: apt-get install " + debianPackage);
  }

  /** The shared libraries of a driver of the image, as its descriptor names them. */
  static void librariesOf(String driver) throws IOException, InterruptedException {
    Properties descriptor = new Properties();
    Path file = VhostDp.IMAGE.resolve("drivers").resolve(driver).resolve("driver.properties");
    try (Reader reader = Files.newBufferedReader(file)) {
      descriptor.load(reader);
    }
    Process process = new ProcessBuilder("/sbin/ldconfig", "-p").start();
    String known = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    for (String library : descriptor.getProperty("libraries", "").split("[,\\s]+")) {
      that(library.isEmpty() || known.contains(library), library + " is not installed");
    }
  }

  static void that(boolean met, String otherwise) {
    Assumptions.assumeTrue(met, otherwise);
  }

  private static Path find(String program) {
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    return Stream.concat(Arrays.stream(path.split(":")), Stream.of("/usr/sbin", "/sbin"))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }
}
