package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.cli.config.ListenAddress;

/** What is wrong with an installation; a server that serves is tested in its own module. */
final class MetricsEndpointTest {
  private static final String IMAGE = "vhostdp.image";

  @TempDir private Path image;
  private String before;

  @BeforeEach
  void set() {
    before = System.getProperty(IMAGE);
    System.setProperty(IMAGE, image.toString());
  }

  @AfterEach
  void restore() {
    if (before == null) {
      System.clearProperty(IMAGE);
    } else {
      System.setProperty(IMAGE, before);
    }
  }

  private static void assertSays(String words) {
    ListenAddress at = new ListenAddress("127.0.0.1", 0);
    CommandFailed e =
        assertThrows(CommandFailed.class, () -> MetricsEndpoint.serve(at, null).close());
    assertTrue(e.getMessage().contains(words), e.getMessage());
    assertEquals(Exit.FAILED, e.exitCode());
  }

  @Test
  void librariesThatAreMissingOrBrokenAreNamed() throws Exception {
    assertSays("not installed in " + image.resolve("lib/metrics"));
    Files.createDirectories(image.resolve("lib/metrics"));
    assertSays("cannot be loaded");
    Files.writeString(image.resolve("lib/metrics/x.jar"), "no jar");
    assertSays("cannot be loaded");
  }
}
