package org.vhostdp.dataplane.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.commons.JUnitException;
import org.opentest4j.AssertionFailedError;
import org.vhostdp.driver.loopback.LoopbackDriver;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.Driver;

/**
 * Memory that vanishes is a bus error, which the virtual machine turns into an InternalError at
 * most instructions and into its own end at some: a 16-bit exchange before C2 has compiled it, a
 * 32-bit load that is widened. So it happens in a process of its own, and none of the three ways in
 * which the code may be run at that moment is left out.
 */
class TruncatedMemoryTest {
  private static final long SECONDS = 170;

  @TempDir private Path temp;

  @ParameterizedTest
  @Timeout(180)
  @CsvSource({"cold, 0, 24", "interpreted, 0, 12", "warm, 200000, 24"})
  void onlyItsOwnPortEnds(String how, int warm, int rounds) throws Exception {
    Path said = temp.resolve("said");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                java,
                how.equals("interpreted") ? "-Xint" : "-Xshare:auto",
                "-Xmx128m",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + temp.resolve("aborted.log"),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                VanishingMemory.class.getName(),
                String.valueOf(warm),
                String.valueOf(rounds))
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    String output = Files.readString(said, StandardCharsets.UTF_8);
    assertTrue(ended, "still runs after " + SECONDS + " s:\n" + output);
    assertEquals(0, process.exitValue(), output);
    assertTrue(output.contains("survived " + rounds), output);
  }

  private static String classPath() throws IOException, URISyntaxException {
    Class<?>[] needed = {
      VanishingMemory.class,
      NetDevice.class,
      Fd.class,
      Driver.class,
      LoopbackDriver.class,
      TwinDevice.class,
      Assertions.class,
      AssertionFailedError.class,
      JUnitException.class,
    };
    Set<String> path = new LinkedHashSet<>();
    for (Class<?> each : needed) {
      path.add(location(each).toString());
    }
    return String.join(File.pathSeparator, path);
  }

  /** The folder or jar that a class comes from; a patched module has more than one. */
  private static Path location(Class<?> of) throws URISyntaxException {
    String file = of.getName().replace('.', '/') + ".class";
    String url = of.getResource("/" + file).toString();
    String root = url.substring(0, url.length() - file.length());
    return Path.of(new URI(root.startsWith("jar:") ? root.substring(4, root.length() - 2) : root));
  }
}
