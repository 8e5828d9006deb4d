DROP TABLE jars;
DROP FUNCTION jars_next();
