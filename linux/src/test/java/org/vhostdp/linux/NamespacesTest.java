package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenCounts.class)
class NamespacesTest {
  private static final Path OWN = Path.of("/proc/thread-self/ns/net");

  private static String current() throws Exception {
    return Files.readSymbolicLink(OWN).toString();
  }

  @Test
  void workRunsInTheNewNamespaceAndTheCallerStays() throws Exception {
    try (Fd namespace = Rights.namespace()) {
      String here = current();
      String there = Namespaces.in(namespace, NamespacesTest::current);
      assertNotEquals(here, there);
      assertEquals(there, Namespaces.in(namespace, NamespacesTest::current));
      assertEquals(here, current());
      assertEquals(
          there, Files.readSymbolicLink(Path.of("/proc/self/fd/" + namespace.raw())).toString());
    }
  }

  @Test
  void namespaceIsFoundByPathToo() throws Exception {
    try (Fd namespace = Rights.namespace()) {
      Path path = Path.of("/proc/self/fd/" + namespace.raw());
      assertEquals(
          Files.readSymbolicLink(path).toString(), Namespaces.in(path, NamespacesTest::current));
    }
  }

  @Test
  void theThreadEndsWithTheWork() throws Exception {
    try (Fd namespace = Rights.namespace()) {
      Thread worker = Namespaces.in(namespace, Thread::currentThread);
      assertFalse(worker.isAlive());
    }
  }

  @Test
  void whatTheWorkThrowsIsRethrown() throws Exception {
    try (Fd namespace = Rights.namespace()) {
      Exception mine = new Exception("mine");
      Exception thrown =
          assertThrows(
              Exception.class,
              () ->
                  Namespaces.in(
                      namespace,
                      () -> {
                        throw mine;
                      }));
      assertSame(mine, thrown);
      assertThrows(
          StackOverflowError.class,
          () ->
              Namespaces.in(
                  namespace,
                  () -> {
                    throw new StackOverflowError();
                  }));
    }
  }

  @Test
  void missingOrWrongFilesAreNamed() throws Exception {
    Path missing = Path.of("/run/netns/no-such-namespace");
    LinuxException absent =
        assertThrows(LinuxException.class, () -> Namespaces.in(missing, () -> 1));
    assertTrue(absent.getMessage().startsWith("open " + missing + ": ENOENT"));
    LinuxException wrong =
        assertThrows(LinuxException.class, () -> Namespaces.in(Path.of("/dev/null"), () -> 1));
    assertEquals("setns", wrong.call());
    assertEquals(Errno.EINVAL, wrong.errno());
  }
}
