package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test that leaves a descriptor or mapping open, by our own count and by the kernel's. */
final class OpenCounts implements BeforeEachCallback, AfterEachCallback {
  private long fds;
  private long mappings;
  private long kernelEventFds;

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    fds = Fd.openCount();
    mappings = Mapping.openCount();
    kernelEventFds = kernelFds();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    // What another thread of the test held it may close a little after the test's end.
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!same() && System.nanoTime() < deadline) {
      Thread.sleep(10);
    }
    assertEquals(fds, Fd.openCount(), "descriptors left open");
    assertEquals(mappings, Mapping.openCount(), "mappings left open");
    assertEquals(kernelEventFds, kernelFds(), "sockets, memfds or eventfds left open");
  }

  private boolean same() throws Exception {
    return fds == Fd.openCount()
        && mappings == Mapping.openCount()
        && kernelEventFds == kernelFds();
  }

  /** Descriptors of the kinds this module makes; the class loader opens jars as it pleases. */
  private static long kernelFds() throws Exception {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(OpenCounts::isOurs).count();
    }
  }

  private static boolean isOurs(Path fd) {
    try {
      String target = Files.readSymbolicLink(fd).toString();
      return target.startsWith("socket:")
          || target.startsWith("anon_inode:")
          || target.startsWith("/memfd:")
          || target.startsWith("net:");
    } catch (java.io.IOException closedMeanwhile) {
      return false;
    }
  }
}
