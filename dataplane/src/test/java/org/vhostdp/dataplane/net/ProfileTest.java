package org.vhostdp.dataplane.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Profiles are a promise to running guests. */
class ProfileTest {
  /** Who changes a number here breaks guests that move: make a profile of a new version instead. */
  @ParameterizedTest
  @CsvSource({
    "full-1,0x93c0000d70ffbbaf",
    "compat-1,0x8000000170ffbbaf",
    "bare-1,0x8000000d70ff8028"
  })
  void aReleasedProfileDoesNotChange(String name, String bits) {
    assertEquals(bits, "0x%x".formatted(Profile.of(name).features()));
  }

  @Test
  void profilesAreFoundByTheirNames() {
    assertEquals(List.of("full-1", "compat-1", "bare-1"), Profile.names());
    assertNull(Profile.of("full"));
    assertEquals(Profile.FULL_1, Profile.all().getFirst());
  }

  @Test
  void oneContainsTheOther() {
    long full = Profile.FULL_1.features();
    for (Profile profile : Profile.all()) {
      assertEquals(0, profile.features() & ~full, profile.name());
    }
  }
}
