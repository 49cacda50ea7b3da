package org.vhostdp.linux;

import static java.nio.file.attribute.PosixFilePermissions.fromString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(OpenCounts.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnixSocketTest {
  private final Arena arena = Arena.ofAuto();

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("x.sock");
  }

  @Test
  void connectsAcceptsAndKnowsThePeer() throws Exception {
    try (UnixSocket listener = UnixSocket.listen(path(), 0600);
        UnixSocket client = UnixSocket.connect(path());
        UnixSocket server = listener.accept()) {
      client.send(arena.allocateFrom("hello"), 6);
      MemorySegment in = arena.allocate(64);
      assertEquals(6, server.receive(in, 64, null));
      assertEquals("hello", in.getString(0));
      assertEquals(ProcessHandle.current().pid(), server.peerPid());
      assertEquals(path(), server.path());
      client.shutdown();
      assertEquals(0, server.receive(in, 64, null));
    }
  }

  @Test
  void socketFileHasTheModeAskedForWhateverTheUmask() throws Exception {
    for (String mode : new String[] {"rw-------", "rw-rw----", "rw-rw-rw-", "rwx------"}) {
      int bits = 0;
      for (int i = 0; i < 9; i++) {
        bits = bits << 1 | (mode.charAt(i) == '-' ? 0 : 1);
      }
      try (UnixSocket listener = UnixSocket.listen(path(), bits)) {
        assertEquals(fromString(mode), Files.getPosixFilePermissions(listener.path()));
      }
    }
  }

  @Test
  void listenersCloseRemovesItsFile() throws Exception {
    UnixSocket listener = UnixSocket.listen(path(), 0600);
    assertTrue(Files.exists(path()));
    listener.close();
    listener.close();
    assertFalse(Files.exists(path()));
  }

  @Test
  void listenersCloseLeavesASuccessorsFile() throws Exception {
    UnixSocket first = UnixSocket.listen(path(), 0600);
    Files.delete(path());
    try (UnixSocket second = UnixSocket.listen(path(), 0600)) {
      first.close();
      assertTrue(Files.exists(path()));
      UnixSocket.connect(path()).close();
      second.accept().close();
    }
  }

  @Test
  void staleSocketFileIsReplaced() throws Exception {
    UnixSocket gone = UnixSocket.listen(path(), 0600);
    gone.fd().close();
    assertTrue(Files.exists(path()));
    LinuxException refused = assertThrows(LinuxException.class, () -> UnixSocket.connect(path()));
    assertEquals(Errno.ECONNREFUSED, refused.errno());
    try (UnixSocket listener = UnixSocket.listen(path(), 0600);
        UnixSocket client = UnixSocket.connect(path());
        UnixSocket server = listener.accept()) {
      assertTrue(server.fd().isOpen() && client.fd().isOpen());
    }
  }

  @Test
  void liveListenerIsRefusedAndNotDisturbed() throws Exception {
    try (UnixSocket listener = UnixSocket.listen(path(), 0600)) {
      Io.setNonBlocking(listener.fd().raw(), true);
      LinuxException refused =
          assertThrows(LinuxException.class, () -> UnixSocket.listen(path(), 0600));
      assertEquals(
          "bind "
              + path()
              + ": EADDRINUSE (Address already in use). Another process listens there;"
              + " stop it or choose another one.",
          refused.getMessage());
      assertNull(listener.accept());
      assertTrue(Files.exists(path()));
    }
  }

  @Test
  void fileOfAnotherTypeIsRefusedAndKept() throws Exception {
    Files.writeString(path(), "precious");
    LinuxException refused =
        assertThrows(LinuxException.class, () -> UnixSocket.listen(path(), 0600));
    assertEquals(Errno.EEXIST, refused.errno());
    assertTrue(refused.getMessage().contains("no socket"), refused.getMessage());
    assertEquals("precious", Files.readString(path()));
  }

  @Test
  void pathsAreLimitedTo107Bytes() throws Exception {
    int rest = 107 - folder.toString().length() - 1;
    Path longest = folder.resolve("s".repeat(rest));
    UnixSocket.listen(longest, 0600).close();
    Path tooLong = folder.resolve("s".repeat(rest + 1));
    LinuxException refused =
        assertThrows(LinuxException.class, () -> UnixSocket.listen(tooLong, 0600));
    assertEquals(Errno.ENAMETOOLONG, refused.errno());
    assertTrue(refused.getMessage().contains("107 bytes, this one has 108"));
    assertThrows(LinuxException.class, () -> UnixSocket.connect(tooLong));
  }

  @Test
  void missingFolderIsNamed() {
    Path nowhere = folder.resolve("no/such/x.sock");
    LinuxException refused =
        assertThrows(LinuxException.class, () -> UnixSocket.listen(nowhere, 0600));
    assertTrue(refused.getMessage().startsWith("bind " + nowhere + ": ENOENT"));
    assertThrows(LinuxException.class, () -> UnixSocket.connect(nowhere));
  }

  @Test
  void shutdownWakesAReceiver() throws Exception {
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket a = pair[0];
        UnixSocket b = pair[1]) {
      Thread closer = Thread.ofPlatform().start(a::shutdown);
      assertEquals(0, a.receive(arena.allocate(8), 8, null));
      closer.join();
      LinuxException broken =
          assertThrows(LinuxException.class, () -> b.send(arena.allocate(8), 8));
      assertEquals(Errno.EPIPE, broken.errno());
      assertEquals(0, b.receive(arena.allocate(8), 8, null));
    }
  }

  @Test
  void sendWaitsForASlowReaderUntilAllIsWritten() throws Exception {
    long size = 8 << 20;
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket a = pair[0];
        UnixSocket b = pair[1]) {
      MemorySegment out = arena.allocate(size);
      for (long i = 0; i < size; i++) {
        out.set(ValueLayout.JAVA_BYTE, i, (byte) (i * 31 >> 8));
      }
      MemorySegment in = arena.allocate(size);
      Thread reader =
          Thread.ofPlatform()
              .start(
                  () -> {
                    long got = 0;
                    while (got < size) {
                      got += b.receive(in.asSlice(got), size - got, null);
                    }
                  });
      a.send(out, size);
      reader.join();
      assertEquals(-1, out.mismatch(in));
    }
  }

  @Test
  void nonBlockingReceiveAndAcceptDoNotWait() throws Exception {
    try (UnixSocket listener = UnixSocket.listen(path(), 0600)) {
      Io.setNonBlocking(listener.fd().raw(), true);
      assertNull(listener.accept());
      try (UnixSocket client = UnixSocket.connect(path());
          UnixSocket server = listener.accept()) {
        Io.setNonBlocking(client.fd().raw(), true);
        assertEquals(-Errno.EAGAIN, client.receive(arena.allocate(8), 8, null));
        server.send(arena.allocate(8), 8);
        assertEquals(8, client.receive(arena.allocate(8), 8, null));
      }
    }
  }

  @Test
  void adoptedSocketKeepsWorking() throws Exception {
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket a = UnixSocket.adopt(pair[0].fd());
        UnixSocket b = pair[1]) {
      a.send(arena.allocate(3), 3);
      assertEquals(3, b.receive(arena.allocate(8), 8, null));
      assertNull(a.path());
    }
    try (UnixSocket notASocket = UnixSocket.adopt(Memfd.create("none", 0))) {
      assertEquals(-1, notASocket.peerPid());
      assertThrows(LinuxException.class, notASocket::accept);
    }
  }
}
