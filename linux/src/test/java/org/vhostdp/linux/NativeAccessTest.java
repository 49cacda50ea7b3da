package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a user sees who forgot --enable-native-access. */
class NativeAccessTest {
  /** Runs in a Java virtual machine of its own that denies native access. */
  static final class Denied {
    private Denied() {}

    public static void main(String[] arguments) throws Exception {
      try {
        EventFd.create();
      } catch (IllegalStateException refused) {
        System.out.println(refused.getMessage());
      }
    }
  }

  private static String location(Class<?> of) throws Exception {
    return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  @Test
  void missingRightIsASentenceWithTheFlag() throws Exception {
    String classes = location(EventFd.class) + ":" + location(NativeAccessTest.class);
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--illegal-native-access=deny",
                "-cp",
                classes,
                Denied.class.getName())
            .redirectErrorStream(true)
            .start();
    try {
      String said = new String(java.getInputStream().readAllBytes());
      assertTrue(java.waitFor(60, TimeUnit.SECONDS), "still running");
      assertTrue(said.contains("Add --enable-native-access=org.vhostdp.linux"), said);
      assertFalse(said.contains("\tat "), said);
      assertEquals(0, java.exitValue());
    } finally {
      java.destroyForcibly();
    }
  }
}
