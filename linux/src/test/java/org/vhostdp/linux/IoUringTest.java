package org.vhostdp.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vhostdp.linux.generated.io_uring_cqe;

@ExtendWith(OpenCounts.class)
class IoUringTest {
  private static final int SIZE = 8;

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment bytes = arena.allocate(64);
  private final MemorySegment vectors = arena.allocate(JAVA_LONG, 2L * SIZE);

  @BeforeEach
  void needsTheKernelsConsent() {
    try {
      IoUring.create(SIZE).close();
    } catch (LinuxException e) {
      System.out.println("SKIPPED: " + e.getMessage());
      Assumptions.abort(e.getMessage());
    }
    for (int i = 0; i < SIZE; i++) {
      bytes.set(JAVA_BYTE, i, (byte) (i + 1));
      vectors.setAtIndex(JAVA_LONG, 2L * i, bytes.address() + i);
      vectors.setAtIndex(JAVA_LONG, 2L * i + 1, 1);
    }
  }

  private long vector(int i) {
    return vectors.address() + 16L * i;
  }

  @Test
  void requestsAreWorkedOffInTheirOrder() throws Exception {
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket a = pair[0];
        UnixSocket b = pair[1];
        IoUring ring = IoUring.create(SIZE)) {
      int out = a.fd().raw();
      int in = b.fd().raw();
      // More rounds than entries: the indices wrap.
      for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 3; i++) {
          ring.prepareWritev(out, vector(2 * i), 2, 10 + i);
        }
        assertEquals(3, ring.submitAndWait());
        for (int i = 0; i < 3; i++) {
          assertTrue(ring.next());
          assertEquals(10 + i, ring.userData());
          assertEquals(2, ring.result());
        }
        assertFalse(ring.next());
        MemorySegment read = arena.allocate(16);
        assertEquals(6, Io.read(new CallState(arena), in, read, 16));
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6}, read.asSlice(0, 6).toArray(JAVA_BYTE));
      }
    }
  }

  @Test
  void aRefusedRequestDoesNotStopThoseBehindIt() throws Exception {
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket a = pair[0];
        UnixSocket b = pair[1];
        IoUring ring = IoUring.create(SIZE)) {
      MemorySegment read = arena.allocate(16);
      MemorySegment into = arena.allocate(JAVA_LONG, 2);
      into.setAtIndex(JAVA_LONG, 0, read.address());
      into.setAtIndex(JAVA_LONG, 1, 16);
      ring.prepareReadv(b.fd().raw(), into.address(), 1, 0);
      ring.prepareWritev(-1, vector(0), 1, 1);
      ring.prepareWritev(a.fd().raw(), 8, 1, 2);
      ring.prepareWritev(a.fd().raw(), vector(4), 3, 3);
      ring.prepareReadv(b.fd().raw(), into.address(), 1, 4);
      assertEquals(5, ring.submitAndWait());
      int[] results = new int[5];
      while (ring.next()) {
        results[(int) ring.userData()] = ring.result();
      }
      int[] expected = {-Errno.EAGAIN, -Errno.EBADF, -Errno.EFAULT, 3, 3};
      assertArrayEquals(expected, results);
      assertArrayEquals(new byte[] {5, 6, 7}, read.asSlice(0, 3).toArray(JAVA_BYTE));
    }
  }

  @Test
  void mistakesAreNoticed() throws Exception {
    try (EventFd event = EventFd.create();
        IoUring ring = IoUring.create(SIZE)) {
      for (int i = 0; i < SIZE; i++) {
        ring.prepareReadv(event.fd().raw(), vector(i), 1, i);
      }
      assertThrows(IllegalStateException.class, () -> ring.prepareReadv(-1, vector(0), 1, 9));
      assertEquals(SIZE, ring.submitAndWait());
      assertThrows(IllegalStateException.class, ring::submitAndWait);
      int count = 0;
      while (ring.next()) {
        assertEquals(count++, ring.userData());
      }
      assertEquals(SIZE, count);
      assertEquals(0, ring.submitAndWait(), "nothing was prepared");
    }
  }

  @Test
  void closingAgainDoesNothing() throws Exception {
    IoUring ring = IoUring.create(1);
    ring.close();
    ring.close();
  }

  @Test
  void aSizeTheKernelDoesNotTakeIsASentence() {
    LinuxException e = assertThrows(LinuxException.class, () -> IoUring.create(-1));
    assertTrue(e.getMessage().startsWith("io_uring_setup: EINVAL (Invalid argument). "));
  }

  @Test
  void anEntryIsAsLongAsTheKernels() {
    assertEquals(16, io_uring_cqe.sizeof());
  }

  @Test
  void submittingAllocatesNothing() throws Exception {
    try (EventFd event = EventFd.create();
        IoUring ring = IoUring.create(SIZE)) {
      long deadline = System.nanoTime() + 40_000_000_000L;
      long empty = -1;
      long allocated = 0;
      while (allocated != empty && System.nanoTime() < deadline) {
        long start = Allocation.bytes();
        long before = Allocation.bytes();
        submissions(ring, event.fd().raw(), 2000);
        allocated = Allocation.bytes() - before;
        empty = before - start;
      }
      assertEquals(empty, allocated, "bytes allocated by 2000 submissions");
    }
  }

  private void submissions(IoUring ring, int fd, int rounds) {
    for (int i = 0; i < rounds; i++) {
      ring.prepareReadv(fd, vector(0), 1, 1);
      ring.prepareReadv(fd, vector(0), 1, 2);
      int taken = ring.submitAndWait();
      long sum = 0;
      while (ring.next()) {
        sum += ring.userData();
      }
      if (taken != 2 || sum != 3) {
        throw new AssertionError("completions are missing");
      }
    }
  }
}
