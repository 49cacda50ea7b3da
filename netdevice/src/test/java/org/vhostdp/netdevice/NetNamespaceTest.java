package org.vhostdp.netdevice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.linux.Capability;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Namespaces;
import org.vhostdp.linux.Netlink;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

final class NetNamespaceTest {
  private static final Failures FAILURES = new Failures("TOY", errno -> "");

  private static NetNamespace at(Path path) {
    return new NetNamespace(path, FAILURES);
  }

  private static Path file(Fd namespace) {
    return Path.of("/proc/self/fd/" + namespace.raw());
  }

  private static Fd create() throws Exception {
    assumeTrue(Capability.has(Capability.CAP_SYS_ADMIN), "a network namespace needs CAP_SYS_ADMIN");
    return Namespaces.create();
  }

  @Test
  void workIsDoneThereAndLeavesTheCallerWhereItWas() throws Exception {
    try (Fd other = create()) {
      long own = at(null).id();
      List<String> names =
          at(file(other))
              .in(
                  () -> {
                    assertNotEquals(own, at(null).id());
                    try (Netlink netlink = Netlink.open()) {
                      return netlink.links().stream().map(Netlink.Link::name).toList();
                    }
                  });
      assertEquals(List.of("lo"), names);
      assertEquals(own, at(null).id());
      assertNotEquals(own, at(file(other)).id());
    }
  }

  @Test
  void theOwnOneNeedsNoThread() throws Exception {
    Thread caller = Thread.currentThread();
    assertSame(caller, at(null).in(Thread::currentThread));
  }

  @Test
  void oneThatIsNotThere(@TempDir Path temp) {
    Path none = temp.resolve("none");
    DriverException e = assertThrows(DriverException.class, () -> at(none).id());
    assertEquals(Reason.NOT_FOUND, e.reason());
    assertTrue(e.getMessage().contains(none + " is not there (ENOENT)"), e.getMessage());
    assertTrue(e.getMessage().contains("ip netns add"), e.getMessage());
    DriverException entered = assertThrows(DriverException.class, () -> at(none).in(() -> 1));
    assertEquals(Reason.NOT_FOUND, entered.reason());
  }

  @Test
  void aFileThatIsNoNamespace(@TempDir Path temp) throws Exception {
    Path file = Files.createFile(temp.resolve("plain"));
    DriverException e = assertThrows(DriverException.class, () -> at(file).in(() -> 1));
    assertTrue(e.getMessage().startsWith("setns " + file + ": EINVAL"), e.getMessage());
    assertTrue(e.getMessage().contains("is no network namespace"), e.getMessage());
  }

  @Test
  void whatTheWorkThrowsIsTheDriversToTell() {
    DriverException own = new DriverException(Reason.BUSY, "busy", "");
    assertSame(
        own,
        assertThrows(
            DriverException.class,
            () ->
                at(null)
                    .in(
                        () -> {
                          throw own;
                        })));
    DriverException e =
        assertThrows(
            DriverException.class,
            () ->
                at(null)
                    .in(
                        () -> {
                          throw new IllegalArgumentException("odd");
                        }));
    assertEquals("The TOY driver failed: odd.", e.getMessage());
  }
}
