package org.vhostdp.bench.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TeardownTest {
  private final List<String> taken = new ArrayList<>();

  @Test
  void stepsAreTakenOnceTheLastOneFirst() throws IOException {
    Teardown teardown = new Teardown();
    teardown.add(() -> taken.add("namespace"));
    teardown.add(() -> taken.add("program"));
    teardown.close();
    teardown.close();
    assertEquals(List.of("program", "namespace"), taken);
  }

  @Test
  void aStepThatFailsDoesNotKeepTheOthersFromBeingTaken() throws IOException {
    Teardown teardown = new Teardown();
    teardown.add(() -> taken.add("namespace"));
    teardown.add(
        () -> {
          throw new IOException("stuck");
        });
    IOException e = assertThrows(IOException.class, teardown::close);
    assertEquals("stuck", e.getMessage());
    assertEquals(List.of("namespace"), taken);
  }

  @Test
  void whatComesTooLateIsUndoneAtOnce() throws IOException {
    Teardown teardown = new Teardown();
    teardown.close();
    assertThrows(IOException.class, () -> teardown.add(() -> taken.add("late")));
    assertEquals(List.of("late"), taken);
  }
}
