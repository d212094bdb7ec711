// The lab's own version, which every report names. A test holds it equal to package.json's.
export const LAB_VERSION = '0.1.0';
