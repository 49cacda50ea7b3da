package org.vhostdp.driver.netmap;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** netmap's kernel module, without which its tests report themselves skipped. */
final class NetmapModule {
  /** Names the module, built for the kernel that the test runs in. */
  private static final String VARIABLE = "NETMAP_KO";

  private static final Path DEVICE = Path.of("/dev/netmap");
  private static final long SECONDS = 30;

  private NetmapModule() {}

  /** Has it loaded, or ends the test as skipped. */
  static synchronized void needed() {
    if (!Files.exists(DEVICE)) {
      String module = System.getenv(VARIABLE);
      assumeTrue(
          module != null && !module.isEmpty(),
          "There is no "
              + DEVICE
              + ": load netmap's kernel module, or name it in "
              + VARIABLE
              + ", built for the kernel "
              + System.getProperty("os.version")
              + ".");
      load(module);
    }
    assumeTrue(
        Files.isReadable(DEVICE) && Files.isWritable(DEVICE),
        "This user may not read and write " + DEVICE + ": run as root.");
  }

  private static void load(String module) {
    try {
      Process insmod = new ProcessBuilder("insmod", module).redirectErrorStream(true).start();
      String said = new String(insmod.getInputStream().readAllBytes()).strip();
      boolean ended = insmod.waitFor(SECONDS, TimeUnit.SECONDS);
      assumeTrue(
          ended && insmod.exitValue() == 0 && Files.exists(DEVICE),
          "The module that " + VARIABLE + " names cannot be loaded here: " + said);
    } catch (IOException e) {
      Assumptions.abort("insmod cannot be run: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while the module was loaded.", e);
    }
  }
}
