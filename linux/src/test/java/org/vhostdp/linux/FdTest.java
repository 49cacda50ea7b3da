package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenCounts.class)
class FdTest {
  @Test
  void closingTwiceClosesOnce() throws Exception {
    Fd first = Memfd.create("twice", 0);
    int raw = first.raw();
    first.close();
    // The kernel gives the lowest free number, so a real second close would hit this one.
    try (Fd second = Memfd.create("successor", 0)) {
      assertEquals(raw, second.raw());
      first.close();
      assertEquals(0, Io.size(second.raw()));
    }
  }

  @Test
  void closedFdRefusesItsNumber() throws Exception {
    Fd fd = Memfd.create("closed", 0);
    assertTrue(fd.isOpen());
    fd.close();
    assertFalse(fd.isOpen());
    assertThrows(IllegalStateException.class, fd::raw);
    assertThrows(IllegalStateException.class, fd::duplicate);
    assertEquals("closed descriptor", fd.toString());
  }

  @Test
  void duplicateIsTheSameFileWithALifeOfItsOwn() throws Exception {
    Fd fd = Memfd.create("original", 8192);
    try (Fd copy = fd.duplicate()) {
      assertNotEquals(fd.raw(), copy.raw());
      fd.close();
      assertEquals(8192, Io.size(copy.raw()));
    }
  }

  @Test
  void openCountFollows() throws Exception {
    long before = Fd.openCount();
    Fd fd = Memfd.create("counted", 0);
    assertEquals(before + 1, Fd.openCount());
    fd.close();
    fd.close();
    assertEquals(before, Fd.openCount());
  }

  @Test
  void closeByAStrangerIsReported() throws Exception {
    Fd owner = Memfd.create("owned", 0);
    Fd stranger = Fd.of(owner.raw());
    stranger.close();
    assertThrows(IllegalStateException.class, owner::close);
  }

  @Test
  void negativeNumberIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Fd.of(-1));
  }
}
