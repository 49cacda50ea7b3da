package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A name has one holder, is seen by others, and is free again when its holder lets go. */
class AbstractNameTest {
  private final String name = "vhost-dp/test/" + ProcessHandle.current().pid() + "/";

  @Test
  void oneHoldsANameAndAllSeeIt() throws Exception {
    AbstractName held = AbstractName.take(name + "a");
    LinuxException taken =
        assertThrows(LinuxException.class, () -> AbstractName.take(name + "a").close());
    assertEquals(Errno.EADDRINUSE, taken.errno());
    AbstractName.take(name + "ab").close();
    assertEquals(List.of(name + "a"), AbstractName.held(name));
    held.close();
    held.close();
    assertTrue(AbstractName.held(name).isEmpty());
    AbstractName.take(name + "a").close();
  }

  @Test
  void aNameThatIsNoneIsRefusedAndNothingStaysOpen() {
    long open = Fd.openCount();
    for (String bad : new String[] {"", "x".repeat(108)}) {
      LinuxException e = assertThrows(LinuxException.class, () -> AbstractName.take(bad).close());
      assertEquals(Errno.EINVAL, e.errno());
    }
    assertEquals(open, Fd.openCount());
  }
}
