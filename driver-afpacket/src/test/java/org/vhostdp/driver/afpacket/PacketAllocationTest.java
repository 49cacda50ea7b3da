package org.vhostdp.driver.afpacket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The burst methods allocate nothing once they are compiled. Each ring has a JVM of its own, where
 * methods wait for their code: what the compilers make of them is then neither a matter of the
 * tests before this one nor of how busy the machine is.
 */
@Timeout(300)
final class PacketAllocationTest {
  private static List<String> run(String receive) throws Exception {
    String path =
        String.join(
            File.pathSeparator,
            System.getProperty("java.class.path", ""),
            System.getProperty("jdk.module.path", ""),
            "target/test-classes");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx256m",
            "-XX:-BackgroundCompilation",
            "-cp",
            path,
            SteadyState.class.getName(),
            receive);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      List<String> said = process.inputReader().lines().toList();
      assertEquals(0, process.waitFor(), said::toString);
      return said;
    } finally {
      process.destroyForcibly();
    }
  }

  private static long number(List<String> said, String word) {
    String line = said.stream().filter(one -> one.startsWith(word)).findFirst().orElse(word + said);
    assertTrue(line.matches(word + "[0-9]+"), line);
    return Long.parseLong(line.substring(word.length()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"v2", "v3"})
  void framesAndWakeupsAllocateNothing(String receive) throws Exception {
    PacketLab.needsPrivileges();
    List<String> said = run(receive);
    assertEquals(0, number(said, SteadyState.ALLOCATED), "bytes per thousand rounds");
    assertTrue(number(said, SteadyState.CROSSED) > SteadyState.MEASURED, said::toString);
  }
}
