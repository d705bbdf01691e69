/** The part of the YAML library that kubeconfigs need. Named, so that a bundle leaves the rest out. */
export { parse as parseYaml } from 'yaml';
